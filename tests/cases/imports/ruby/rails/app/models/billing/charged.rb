module Billing; module Charged; end; end
