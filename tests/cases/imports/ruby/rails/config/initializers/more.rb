module Rails
  def self.blog = Blog::Application
end
