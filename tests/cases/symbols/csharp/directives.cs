using System;
#if MODERN
using System.Text.Json;
#endif

namespace App
{
    class Reader : IReader
#if MODERN
        , IAsyncReader
#else
        , IOldReader
#endif
    {
        #region Reading
        /// <summary>Reads it.</summary>
        void Read(
#if MODERN
            Span text,
#else
            string text,
#endif
            int count)
        {
            Show(text);
        }
        #endregion
    }
}
