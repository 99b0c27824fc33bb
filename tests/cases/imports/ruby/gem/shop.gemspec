Gem::Specification.new do |spec|
  spec.name = "shop"
  spec.version = Shop::VERSION
  spec.require_paths = ["lib", "ext"]
  spec.add_dependency "printer-core", "~> 1"
end
