package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// Users implements app.UserService.
type Users struct {
	db     *DB
	hasher *auth.Hasher
	signer *auth.Signer
}

// NewUsers returns the users of a database.
func NewUsers(db *DB, hasher *auth.Hasher, signer *auth.Signer) *Users {
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
	const query = `INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)`
	user := app.User{ID: app.NewID(), Email: in.Email, Name: in.Name, CreatedAt: app.Now()}
	err = u.db.write(ctx, func() error {
		_, err := u.db.pool.Exec(ctx, query, user.ID, user.Email, user.Name, hash, user.CreatedAt)
		return err
	})
	if isDuplicate(err) {
		return app.User{}, app.EmailTaken(user.Email)
	}
	if err != nil {
		return app.User{}, err
	}
	return user, nil
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

// Profile implements app.UserService.
func (u *Users) Profile(ctx context.Context, caller app.Caller) (app.User, error) {
	const query = `SELECT id, email, name, created_at FROM users WHERE id = $1`
	if !app.IsID(caller.UserID) {
		return app.User{}, app.NoSuchUser()
	}
	var user app.User
	err := u.db.read(ctx, func() error {
		return u.db.pool.QueryRow(ctx, query, caller.UserID).Scan(&user.ID, &user.Email, &user.Name, &user.CreatedAt)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return app.User{}, app.NoSuchUser()
	}
	if err != nil {
		return app.User{}, err
	}
	user.CreatedAt = user.CreatedAt.UTC()
	return user, nil
}

// account returns a user and his hash; the hash is empty when no user has the address.
func (u *Users) account(ctx context.Context, email string) (user app.User, hash string, err error) {
	const query = `SELECT id, email, name, created_at, password_hash FROM users WHERE email = $1`
	if !app.IsText(email) {
		return app.User{}, "", nil
	}
	err = u.db.read(ctx, func() error {
		return u.db.pool.QueryRow(ctx, query, email).Scan(&user.ID, &user.Email, &user.Name, &user.CreatedAt, &hash)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return app.User{}, "", nil
	}
	user.CreatedAt = user.CreatedAt.UTC()
	return user, hash, err
}
