namespace Shop
{
    namespace Disk
    {
        public interface IStore { }

        public class FileStore : IStore
        {
            private readonly Settings settings = new Settings();
        }
    }
}
