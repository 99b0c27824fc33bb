namespace Desk;

partial class Pair { }
