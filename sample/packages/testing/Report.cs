using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml.Linq;

namespace Ois.Testing
{
    /// <summary>Results as a JUnit file.</summary>
    internal static class Report
    {
        public static void Write(string path, IReadOnlyCollection<Result> results)
        {
            var suite = new XElement("testsuite",
                new XAttribute("name", "nunit"),
                new XAttribute("tests", results.Count),
                new XAttribute("failures", results.Count(result => result.Fault != null)),
                results.Select(Case));
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            new XDocument(new XElement("testsuites", suite)).Save(path);
        }

        private static XElement Case(Result result) => new XElement("testcase",
            new XAttribute("classname", result.Fixture),
            new XAttribute("name", result.Name),
            new XAttribute("time", result.Took.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture)),
            result.Fault == null ? null : new XElement("failure", new XAttribute("message", result.Fault.Message.Trim()), result.Fault.ToString()));
    }
}
