using System;
using System.Collections.Generic;

namespace Shop.Stock
{
    /// <summary>All parts, by name.</summary>
    /// <remarks>Thread-safe.</remarks>
    [Serializable]
    public sealed class Stock : IStock
    {
        private const int Limit = 100;

        public int Size { get; private set; }

        public Stock(IEnumerable<Part> parts)
            : base(parts)
        {
            Size = 0;
        }

        public Part Find(string name) =>
            parts.Find(part => part.Name == name);

        public bool Has(string name)
        {
            return Find(name) != null;
        }

        public event EventHandler Changed;
    }

    public interface IStock
    {
        bool Has(string name);
    }

    public record Part(string Name, int Count = 0);
}
