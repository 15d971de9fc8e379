System.Console.WriteLine("migrated");
