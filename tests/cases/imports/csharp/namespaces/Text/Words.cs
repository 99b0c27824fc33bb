namespace Shop.Text
{
    public static class Words
    {
        public static string Join(params string[] words) => string.Join(" ", words);
    }
}
