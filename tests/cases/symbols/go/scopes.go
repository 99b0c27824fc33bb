package scopes

import "net/url"

func names(input string, options Options) (target *url.URL, err error) {
	url, err := url.Parse(input)
	if input := clean(input); input != "" {
		use(input, url.Host)
	}
	switch value := options.value.(type) {
	case string:
		use(value)
	case Other:
		value.Run()
	}
	select {
	case message := <-options.messages:
		use(message)
	default:
	}
	const step = 2
	type local struct{ inner Outer }
	var kept local = local{inner: Outer{Name: input, Size: step}}
	go func(copied local) { use(copied, shared) }(kept)
	table := map[Kind]Entry{First: {Label: "a"}, Second: {}}
	return target, use(table, min(step, 1))
}
