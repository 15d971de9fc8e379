using System;

namespace Ois.Testing
{
    /// <summary>What came of one test; without a fault it passed.</summary>
    internal sealed class Result
    {
        public Result(string fixture, string name, TimeSpan took, Exception? fault)
        {
            Fixture = fixture;
            Name = name;
            Took = took;
            Fault = fault;
        }

        public string Fixture { get; }

        public string Name { get; }

        public TimeSpan Took { get; }

        public Exception? Fault { get; }
    }
}
