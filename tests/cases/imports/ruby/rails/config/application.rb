require_relative "boot"

module Blog
  class Application < Rails::Application
    config.autoload_lib(ignore: %w[tasks])
  end
end
