package warehouse

func path() string { return root }
