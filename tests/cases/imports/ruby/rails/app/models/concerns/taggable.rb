module Taggable; def tags = Category; end
