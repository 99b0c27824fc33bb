using Half;

namespace Half
{
    class Whole
    {
        Done done;

        int Good() { return done.Value; }

        int Bad( { return ;
    }

    class After { Done done; }
}
