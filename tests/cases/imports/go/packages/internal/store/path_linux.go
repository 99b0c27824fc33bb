package warehouse

func path() string { return "/var" }
