global using Shop.Core.Text;
