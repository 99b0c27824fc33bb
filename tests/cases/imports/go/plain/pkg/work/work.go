package work

func Do() {}
