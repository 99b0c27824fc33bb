task clean: :environment do
  Post.find_each { |post| Tools::HTMLCleaner.new.clean(post) }
end
