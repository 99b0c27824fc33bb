class Acme::Deep::Maker; def self.make = Class.new; end
