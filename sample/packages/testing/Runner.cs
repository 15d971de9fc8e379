using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Ois.Testing
{
    /// <summary>Runs the NUnit tests of an assembly one after another, and says each on the way; NUnit's own runner needs Mono.</summary>
    public static class Runner
    {
        /// <summary>The entry point of an assembly of tests: its one argument is the JUnit file to write.</summary>
        public static int Main(string[] args)
        {
            var results = Run(Assembly.GetEntryAssembly()!).ToArray();
            Report.Write(args[0], results);
            var failed = results.Count(result => result.Fault != null);
            Console.WriteLine($"{results.Length} tests, {failed} failed");
            return failed == 0 && results.Length > 0 ? 0 : 1;
        }

        private static IEnumerable<Result> Run(Assembly tests) =>
            from fixture in tests.GetTypes()
            where fixture.GetCustomAttribute<TestFixtureAttribute>() != null
            orderby fixture.Name
            from method in fixture.GetMethods()
            from arguments in Cases(method)
            select Run(fixture, method, arguments);

        /// <summary>The arguments of each case: none for a plain test, those of each TestCase otherwise.</summary>
        private static IEnumerable<object[]> Cases(MethodInfo method)
        {
            foreach (var given in method.GetCustomAttributes<TestCaseAttribute>()) yield return given.Arguments;
            if (method.GetCustomAttribute<TestAttribute>() != null) yield return Array.Empty<object>();
        }

        private static Result Run(Type fixture, MethodInfo method, object[] arguments)
        {
            var name = arguments.Length == 0 ? method.Name : $"{method.Name}({string.Join(", ", arguments)})";
            var watch = Stopwatch.StartNew();
            var fault = Fault(fixture, method, arguments);
            Console.WriteLine(fault == null ? $"passed {fixture.Name}.{name}" : $"FAILED {fixture.Name}.{name}: {fault.Message}");
            return new Result(fixture.Name, name, watch.Elapsed, fault);
        }

        private static Exception? Fault(Type fixture, MethodInfo method, object[] arguments)
        {
            try
            {
                // A new fixture for each test: none sees what another left.
                if (method.Invoke(Activator.CreateInstance(fixture), Fitted(method, arguments)) is Task task) task.GetAwaiter().GetResult();
                return null;
            }
            catch (TargetInvocationException wrapped)
            {
                return wrapped.InnerException ?? wrapped;
            }
            catch (Exception fault)
            {
                return fault;
            }
        }

        /// <summary>An attribute holds no decimal: a number of it becomes what the method takes.</summary>
        private static object?[] Fitted(MethodInfo method, object?[] arguments) =>
            method.GetParameters().Zip(arguments, (parameter, given) =>
                given is IConvertible && !parameter.ParameterType.IsInstanceOfType(given) ? Convert.ChangeType(given, parameter.ParameterType) : given).ToArray();
    }
}
