using System.Collections.Generic;

namespace Ois.Domain
{
    /// <summary>What a compliance check found: passed when nothing speaks against the holder.</summary>
    public sealed class Verdict
    {
        public Verdict(IReadOnlyList<string> objections) => Objections = objections;

        public IReadOnlyList<string> Objections { get; }

        public bool Passed => Objections.Count == 0;

        /// <summary>Refuses whatever the holder was about to do; a holder without any verdict was never checked.</summary>
        public static void Require(Verdict? verdict, string holder)
        {
            if (verdict == null) throw new Refusal("not-checked", $"holder {holder} has not passed a compliance check yet");
            Refusal.When(!verdict.Passed, "compliance", $"holder {holder} failed compliance: {string.Join("; ", verdict.Objections)}");
        }
    }
}
