module PostsHelper; def title = Post; end
