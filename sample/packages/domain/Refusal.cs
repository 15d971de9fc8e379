using System;

namespace Ois.Domain
{
    /// <summary>A rule of the exchange that says no, with a code for programs and a sentence for people.</summary>
    public sealed class Refusal : Exception
    {
        public Refusal(string code, string sentence) : base(sentence) => Code = code;

        public string Code { get; }

        public static void When(bool broken, string code, string sentence)
        {
            if (broken) throw new Refusal(code, sentence);
        }
    }
}
