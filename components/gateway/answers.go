package gateway

import (
	"fmt"
	"net/http"
	"slices"
)

type (
	connectionManager struct {
		Type    string       `json:"@type"`
		Replies localReplies `json:"local_reply_config"`
	}
	localReplies struct {
		Mappers []replyMapper `json:"mappers"`
		Format  replyFormat   `json:"body_format"` // of all others
	}
	replyMapper struct {
		Filter  replyFilter    `json:"filter"`
		Status  int            `json:"status_code"`
		Format  replyFormat    `json:"body_format_override"`
		Headers []headerOption `json:"headers_to_add,omitempty"`
	}
	replyFilter struct {
		Status statusFilter `json:"status_code_filter"`
	}
	statusFilter struct {
		Comparison comparison `json:"comparison"`
	}
	comparison struct {
		Operation string       `json:"op"`
		Value     runtimeValue `json:"value"`
	}
	runtimeValue struct {
		Default int    `json:"default_value"`
		Key     string `json:"runtime_key"`
	}
	replyFormat struct {
		JSON failure `json:"json_format"`
	}
	headerOption struct {
		Header header `json:"header"`
		Append string `json:"append_action"`
	}
	header struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	// failure has the form of the app's contract, app/web/openapi.yaml.
	failure struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
)

// answers gives what the gateway itself refuses the app's form. Envoy would answer in plain text, and 403 to who has no
// token; but a client of ours signs in again at 401.
func answers(origin string) filter {
	retry := headerOption{header{"Retry-After", "1"}, "OVERWRITE_IF_EXISTS_OR_ADD"} // seconds
	bearer := headerOption{header{"WWW-Authenticate", "Bearer"}, "OVERWRITE_IF_EXISTS_OR_ADD"}
	// A browser keeps an answer from a page of another origin that it does not name.
	var shared []headerOption
	if origin != "" {
		shared = []headerOption{
			{header{"Access-Control-Allow-Origin", origin}, "OVERWRITE_IF_EXISTS_OR_ADD"},
			{header{"Vary", "Origin"}, "APPEND_IF_EXISTS_OR_ADD"},
		}
	}
	signIn := failed("unauthenticated", "sign in, and send the token")
	busy := failed("unavailable", "this takes too long or is too much now; try again")
	answer := func(from, to int, body replyFormat, own ...headerOption) replyMapper {
		return replyMapper{
			Filter: replyFilter{statusFilter{comparison{"EQ", runtimeValue{from, fmt.Sprintf("gateway_answer_%d", from)}}}},
			Status: to, Format: body, Headers: slices.Concat(own, shared),
		}
	}
	return filter{managerFilter, connectionManager{
		Type: "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
		Replies: localReplies{
			Format: failed("unavailable", "this cannot be answered now; try again"),
			Mappers: []replyMapper{
				answer(http.StatusUnauthorized, http.StatusUnauthorized, signIn, bearer),
				answer(http.StatusForbidden, http.StatusUnauthorized, signIn, bearer),
				answer(http.StatusNotFound, http.StatusNotFound, failed("not_found", "there is nothing at this address")),
				answer(http.StatusServiceUnavailable, http.StatusServiceUnavailable, busy, retry),
				answer(http.StatusGatewayTimeout, http.StatusServiceUnavailable, busy, retry),
			},
		},
	}}
}

func failed(code, message string) replyFormat {
	var f replyFormat
	f.JSON.Error.Code, f.JSON.Error.Message = code, message
	return f
}
