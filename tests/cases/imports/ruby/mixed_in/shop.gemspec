Gem::Specification.new { |spec| spec.name = "shop" }
