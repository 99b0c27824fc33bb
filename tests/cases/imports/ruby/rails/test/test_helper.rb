require_relative "../config/application"

class ActiveSupport::TestCase
end
