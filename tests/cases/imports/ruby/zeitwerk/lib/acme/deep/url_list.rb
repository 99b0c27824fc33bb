module Acme; module Deep; class URLList; EMPTY = new; end; end; end
