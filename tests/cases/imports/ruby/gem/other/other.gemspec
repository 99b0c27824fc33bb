Gem::Specification.new { |s| s.name = "other"; s.require_path = "lib" }
