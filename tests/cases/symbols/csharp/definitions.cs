// The licence.
using System;

[assembly: InternalsVisibleTo("Tests")]

namespace Shop.Orders
{
    /// <summary>
    /// An order of a <see cref="Customer"/>. It knows its lines.
    /// </summary>
    /// <typeparam name="T">What is sold.</typeparam>
    [Serializable]
    public abstract partial class Order<T> : Record<T>, IPriced
        where T : Item, new()
    {
        public const int Limit = 10, Spare = 2;
        private static readonly Clock clock = new();
        private T first; // what it began with

        public event EventHandler<T> Changed;

        /// <summary>When it was made.</summary>
        public DateTime Made { get; private set; }

        public int Count => lines.Count;

        public T this[int index]
        {
            get { return lines[index]; }
        }

        // Nobody makes one directly.
        protected Order(T first)
            : base(first)
        {
            this.first = first;
        }

        ~Order() { }

        public static bool operator ==(Order<T> left, Order<T> right) => left.Equals(right);

        public static implicit operator int(Order<T> order) => order.Count;

        [Pure]
        public abstract long Price<U>(
            U of)
            where U : T;

        long IPriced.Price()
        {
            int Twice(int n) => n * 2;
            return Twice(1);
        }

        enum State : byte
        {
            Open = 1,
            /// <summary>On its way.</summary>
            Sent,
        }
    }

    public record Line(Item Item, int Number) : IPriced;

    public readonly record struct Point(int X);

    public struct Size { public int Width; }

    public interface IPriced { long Price(); }

    public delegate void Changing<in T>(T what);

    public static class Extensions
    {
        public static int Twice(this Deep.Counter counter) => 2;
    }

    namespace Disk.Files
    {
        class Store { }
    }
}
