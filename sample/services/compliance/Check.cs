using System;
using System.Collections.Generic;
using Ois.Domain;

namespace Ois.Compliance
{
    /// <summary>One check of one holder, as it is kept and shown.</summary>
    public sealed class Check
    {
        public Check(string holder, Verdict verdict, DateTimeOffset at)
        {
            Holder = holder;
            Objections = verdict.Objections;
            Passed = verdict.Passed;
            At = at;
        }

        public string Holder { get; }

        public bool Passed { get; }

        public IReadOnlyList<string> Objections { get; }

        public DateTimeOffset At { get; }
    }
}
