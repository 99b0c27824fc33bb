namespace Stock.Commands
{
    internal sealed class Put : Command
    {
        public Put(string name, Amount amount) : base(name, amount) { }

        public override void Run(Shelf shelf) => shelf.Put(Name, Amount);
    }

    internal sealed class Take : Command
    {
        public Take(string name, Amount amount) : base(name, amount) { }

        public override void Run(Shelf shelf) => shelf.Put(Name, -Amount);
    }
}
