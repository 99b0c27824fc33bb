using Shop.Model;
using static Shop.Text.Words;
using Files = Shop.Disk.FileStore;
using Net = Shop.Net;

var customer = new Customer { Address = null };
Files store = new();
Shop.Disk.IStore other = new Net.Remote();
global::Shop.Clock.Now(Join("a", "b"));
