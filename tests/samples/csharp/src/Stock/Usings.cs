global using System.Globalization;
global using Stock.Items;
