package machine

// Env is what the scripts read, for tests that run them.
func Env(p Params) (string, error) { return render("machine.env.tmpl", p) }

// AppEnv is the same for an app server.
func AppEnv(p AppParams) (string, error) { return render("app-machine.env.tmpl", p) }
