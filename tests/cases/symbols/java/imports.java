@NonNull
package app.web;

import java.util.*;
import java.util.Map.Entry;
import static app.Names.MAIN;
import static app.Checks.*;
import app . deep
    .Tool;

class Imports {}
