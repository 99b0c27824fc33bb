package half;

import half.Done;

class Whole {
    Done done;

    int good() { return done.value; }

    int bad( { return ;

    Done after() { return new Done(; }
}
