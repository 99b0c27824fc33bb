package main

import (
	"net/http"

	"example.com/works/engine"
)

func main() {
	machine, err := engine.New()
	if err != nil {
		return
	}
	machine.Start() // of the type that New returns
	machine.Spare("left").Fit()
	check(machine)
}

func check(machine *engine.Engine) {
	report := machine.Report(nil)
	report.Print() // a type of net/http, although a parts.Wheel has a Print, too
	_ = http.StatusOK
}
