public class SumsTests { [Xunit.Fact] public void Adds() => Xunit.Assert.Equal(5, Sums.Total(2, 3)); }
