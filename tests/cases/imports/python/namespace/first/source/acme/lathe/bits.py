import acme
import acme.lathe
