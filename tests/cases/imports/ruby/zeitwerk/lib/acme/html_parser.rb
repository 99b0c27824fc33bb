Acme.const_set(:HTMLParser, Acme::Deep::Maker.make)
