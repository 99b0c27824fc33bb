module Tools; class HTMLCleaner; end; end
