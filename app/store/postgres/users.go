package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/events"
)

// Users implements app.UserService.
type Users struct {
	db     *DB
	hasher *auth.Hasher
	signer auth.TokenSigner
	relay  waker
}

// NewUsers returns the users of a database.
func NewUsers(db *DB, hasher *auth.Hasher, signer auth.TokenSigner) *Users {
	return &Users{db: db, hasher: hasher, signer: signer}
}

// SignUp implements app.UserService.
func (u *Users) SignUp(ctx context.Context, in app.SignUp) (app.User, error) {
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	hash, err := u.hasher.Hash(ctx, in.Password)
	if err != nil {
		return app.User{}, err
	}
	ask := asked{app.OpSignUp, []any{in.Email, in.Name}}
	const insert = `INSERT INTO users (id, email, name, password_hash, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`
	made := app.User{ID: app.NewID(), Version: 1, CreatedAt: app.Now()}
	made.UpdatedAt = made.CreatedAt
	registered, err := userEvent(ctx, events.UserRegistered, made.ID, made.Version, in.Name)
	if err != nil {
		return app.User{}, err
	}
	query, args := withEvent(insert, []any{made.ID, in.Email, in.Name, hash, made.CreatedAt, made.Version}, registered)
	user, err := once(ctx, u.db, signUps, ask, func(ctx context.Context, q querier) (app.User, error) {
		_, err := q.Exec(ctx, query, args...)
		return made, err
	})
	if isDuplicate(err) {
		return app.User{}, app.EmailTaken(in.Email)
	}
	if err != nil {
		return app.User{}, err
	}
	u.relay.wake(ctx, u.db)
	user.Email, user.Name = in.Email, in.Name
	if user.ID != made.ID {
		if err := u.samePassword(ctx, in); err != nil {
			return app.User{}, err
		}
	}
	return user, nil
}

// samePassword completes the comparison of a repeated sign-up: fingerprints leave the password out, so that nothing
// but its slow hash is kept.
func (u *Users) samePassword(ctx context.Context, in app.SignUp) error {
	_, hash, err := u.account(ctx, in.Email)
	if err != nil {
		return err
	}
	same, err := u.hasher.Verify(ctx, hash, in.Password)
	if err == nil && !same {
		err = app.IdempotencyMismatch()
	}
	return err
}

// SignIn implements app.UserService.
func (u *Users) SignIn(ctx context.Context, in app.SignIn) (app.Session, error) {
	in = in.Normalize()
	user, hash, err := u.account(ctx, in.Email)
	if err != nil {
		return app.Session{}, err
	}
	ok, err := u.hasher.Verify(ctx, hash, in.Password)
	if err != nil {
		return app.Session{}, err
	}
	if !ok {
		return app.Session{}, app.WrongCredentials()
	}
	token, expires, err := u.signer.Sign(user.ID)
	if err != nil {
		return app.Session{}, err
	}
	return app.Session{Token: token, ExpiresAt: expires, User: user}, nil
}

const userColumns = `id, email, name, version, created_at, coalesce(updated_at, created_at)`

// columnsOf returns where userColumns go.
func columnsOf(user *app.User) []any {
	return []any{&user.ID, &user.Email, &user.Name, &user.Version, &user.CreatedAt, &user.UpdatedAt}
}

func inUTC(user app.User) app.User {
	user.CreatedAt, user.UpdatedAt = user.CreatedAt.UTC(), user.UpdatedAt.UTC()
	return user
}

// Profile implements app.UserService.
func (u *Users) Profile(ctx context.Context, caller app.Caller) (app.User, error) {
	return u.profile(ctx, u.db.readSure, caller)
}

func (u *Users) profile(ctx context.Context, read reading, caller app.Caller) (app.User, error) {
	const query = `SELECT ` + userColumns + ` FROM users WHERE id = $1`
	if !app.IsID(caller.UserID) {
		return app.User{}, app.NoSuchUser()
	}
	var user app.User
	err := read(ctx, func(ctx context.Context, q querier) error {
		return q.QueryRow(ctx, query, caller.UserID).Scan(columnsOf(&user)...)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return app.User{}, app.NoSuchUser()
	}
	if err != nil {
		return app.User{}, err
	}
	u.db.noteRead(ctx, user.UpdatedAt)
	return inUTC(user), nil
}

// UpdateProfile implements app.UserService.
func (u *Users) UpdateProfile(
	ctx context.Context, caller app.Caller, in app.ProfileChange,
) (user app.User, err error) {
	const update = `UPDATE users SET name = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND version = $2
		RETURNING id, email, version, created_at, updated_at`
	in = in.Normalize()
	if err := in.Validate(); err != nil {
		return app.User{}, err
	}
	if !app.IsID(caller.UserID) {
		return app.User{}, app.NoSuchUser()
	}
	ask := asked{app.OpUpdateProfile, []any{in}}
	renamed, err := userEvent(ctx, events.UserRenamed, caller.UserID, in.Version+1, in.Name)
	if err != nil {
		return app.User{}, err
	}
	user, err = once(ctx, u.db, caller.UserID, ask, func(ctx context.Context, q querier) (app.User, error) {
		query, args := withEvent(update, []any{caller.UserID, in.Version, in.Name, app.Now()}, renamed)
		var user app.User
		err := q.QueryRow(ctx, query, args...).
			Scan(&user.ID, &user.Email, &user.Version, &user.CreatedAt, &user.UpdatedAt)
		return user, err
	})
	if err == nil {
		u.relay.wake(ctx, u.db)
		user.Name = in.Name
		return inUTC(user), nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return app.User{}, err
	}
	current, err := u.profile(ctx, u.db.readWriter, caller)
	if err != nil {
		return app.User{}, err
	}
	return app.User{}, app.VersionConflict("profile", in.Version, current.Version)
}

// account returns a user and his hash; the hash is empty when no user has the address.
func (u *Users) account(ctx context.Context, email string) (user app.User, hash string, err error) {
	const query = `SELECT ` + userColumns + `, password_hash FROM users WHERE email = $1`
	if !app.IsText(email) {
		return app.User{}, "", nil
	}
	err = u.db.readSure(ctx, func(ctx context.Context, q querier) error {
		return q.QueryRow(ctx, query, email).Scan(append(columnsOf(&user), &hash)...)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return app.User{}, "", nil
	}
	if err == nil {
		u.db.noteRead(ctx, user.UpdatedAt)
	}
	return inUTC(user), hash, err
}
