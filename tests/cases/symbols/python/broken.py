def whole(a: Kind):
    """Reads well."""
    return thing(a)


print "old", whole
exec code in scope
raise Error, "message"


class Half(Base:
    def method(self):
        return helper(1)


x = = lost
def after(): return found
