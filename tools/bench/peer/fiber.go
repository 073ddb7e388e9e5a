package peer

import (
	"context"
	"encoding/json"
	"net"

	"github.com/gofiber/fiber/v3"

	"github.com/ladder-iac/ladder/app"
)

// serveFiber is the Fiber server over a store.
func serveFiber(ctx context.Context, listener net.Listener, s store) error {
	server := fiber.New()
	server.Get(itemPath+":id", func(c fiber.Ctx) error { //nolint:contextcheck // a request has its own
		item, err := s.item(c.Context(), c.Params("id"))
		return send(c, item, err)
	})
	server.Get(itemsPath, func(c fiber.Ctx) error { //nolint:contextcheck // a request has its own
		page, err := s.page(c.Context())
		return send(c, page, err)
	})
	server.Put(itemPath+":id", func(c fiber.Ctx) error { //nolint:contextcheck // a request has its own
		var change app.ItemChange
		if err := json.Unmarshal(c.Body(), &change); err != nil {
			return fiber.NewError(fiber.StatusBadRequest, err.Error())
		}
		change.ID = c.Params("id")
		item, err := s.update(c.Context(), change)
		return send(c, item, err)
	})
	return server.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true, GracefulContext: ctx})
}

func send(c fiber.Ctx, body any, err error) error {
	if err != nil {
		return fiber.NewError(statusOf(err), err.Error())
	}
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(append(content, '\n'))
}
