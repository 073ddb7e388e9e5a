package machine

// Env is what the scripts read, for tests that run them.
func Env(p Params) (string, error) { return render("machine.env.tmpl", p) }
