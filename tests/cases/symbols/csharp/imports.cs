global using System.Linq;
global using static App.Names;
extern alias Old;
using System;
using static App.Deep.Tools;
using Table = System.Collections.Generic.Dictionary<string, App.Kind>;
using Disk = App.Disk;

namespace App.Web;

using App.Late;
#if NET
using App.Modern;
#endif

class Imports { }

class Nested { }
