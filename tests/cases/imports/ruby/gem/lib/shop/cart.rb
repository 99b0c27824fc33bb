module Shop
  # Nothing is required here: the constants are loaded by whoever loads this.
  class Cart < Base
    def take(name)
      raise Missing, name unless Pages::Index.new.has?(name)
      LIMIT + String.new(VERSION) + Printer.print
    rescue Set::Error, Other
      ::Shop::Error
    end
  end
end
