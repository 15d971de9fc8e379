using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NUnit.Framework;
using Ois.Hosting;

namespace Ois.ApiGateway.Tests
{
    [TestFixture]
    public sealed class TokenTests
    {
        private DateTimeOffset _now = DateTimeOffset.UtcNow;

        [Test]
        public async Task A_token_of_the_realm_is_accepted()
        {
            using var realm = Realm.Start();
            await Verifier(realm).Verify(realm.Token());
        }

        [Test]
        public async Task The_audience_may_be_one_text()
        {
            using var realm = Realm.Start();
            await Verifier(realm).Verify(realm.Token(claims => claims["aud"] = "api-gateway"));
        }

        [Test]
        public void Clocks_may_be_half_a_minute_apart() => Assert.DoesNotThrow(() =>
        {
            using var realm = Realm.Start();
            var verifier = Verifier(realm);
            verifier.Verify(realm.Token(claims => claims["exp"] = Realm.In(-20))).GetAwaiter().GetResult();
            verifier.Verify(realm.Token(claims => claims["nbf"] = claims["iat"] = Realm.In(20))).GetAwaiter().GetResult();
        });

        [Test]
        public void An_expired_token_is_refused() => Refused("it expired at", claims => claims["exp"] = Realm.In(-60));

        [Test]
        public void A_token_that_never_expires_is_refused() => Refused("does not say when it expires", claims => claims.Remove("exp"));

        [Test]
        public void A_token_of_in_five_minutes_is_refused() => Refused("set the clocks", claims => claims["iat"] = Realm.In(300));

        [Test]
        public void A_token_that_begins_later_is_refused() => Refused("set the clocks", claims => claims["nbf"] = Realm.In(300));

        [Test]
        public void A_time_that_is_none_is_refused() => Refused("its \"exp\" is not a time", claims => claims["exp"] = "tomorrow");

        [Test]
        public void A_token_for_somebody_else_is_refused() => Refused("not meant for api-gateway", claims => claims["aud"] = new[] { "account" });

        [Test]
        public void A_token_for_nobody_is_refused() => Refused("not meant for api-gateway", claims => claims.Remove("aud"));

        [Test]
        public void A_token_of_another_realm_is_refused() =>
            Refused("has to be of " + Realm.Issuer, claims => claims["iss"] = "http://203.0.113.7:58080/realms/master");

        [Test]
        public void A_forged_signature_is_refused()
        {
            using var realm = Realm.Start();
            Refused("its signature does not fit", realm, realm.Token(by: new Signer("first")));
        }

        [Test]
        public void Claims_under_a_signature_of_others_are_refused()
        {
            using var realm = Realm.Start();
            var (theirs, ours) = (realm.Token().Split('.'), realm.Token(claims => claims["exp"] = Realm.In(3000)).Split('.'));
            Refused("its signature does not fit", realm, $"{theirs[0]}.{ours[1]}.{theirs[2]}");
        }

        [Test]
        public void The_key_that_encrypts_signs_nothing()
        {
            using var realm = Realm.Start();
            Refused("no key \"encrypts\"", realm, realm.Token(header: new { alg = "RS256", kid = "encrypts" }));
        }

        [TestCase("none")]
        [TestCase("None")]
        [TestCase("HS256")]
        [TestCase("RS384")]
        [TestCase("")]
        public void Another_algorithm_is_refused_whatever_the_signature(string algorithm)
        {
            using var realm = Realm.Start();
            var signed = $"{Realm.Encoded(new { alg = algorithm, kid = "first" })}.{realm.Token().Split('.')[1]}";
            foreach (var signature in new[] { "", Realm.Text(realm.Signer.Confuse(signed)), Realm.Text(realm.Signer.Sign(signed)) })
                Refused($"its algorithm is \"{algorithm}\"", realm, $"{signed}.{signature}");
        }

        [TestCase("")]
        [TestCase("rubbish")]
        [TestCase("a.b.c")]
        [TestCase("..")]
        [TestCase("e30.e30.===")]
        [TestCase("W10.W10.AAAA")]
        public void Rubbish_is_no_token(string text)
        {
            using var realm = Realm.Start();
            Refused("it is no token", realm, text);
        }

        [Test]
        public void An_extension_that_has_to_be_understood_is_not()
        {
            using var realm = Realm.Start();
            Refused("it is no token", realm, realm.Token(header: new { alg = "RS256", kid = "first", crit = new[] { "exp" } }));
        }

        [Test]
        public async Task Keys_are_asked_for_once_a_minute()
        {
            using var realm = Realm.Start();
            var verifier = Verifier(realm);
            for (var i = 0; i < 5; i++) await verifier.Verify(realm.Token());
            Assert.AreEqual(1, realm.Asked);
            _now = _now.AddSeconds(61);
            await verifier.Verify(realm.Token());
            Assert.AreEqual(2, realm.Asked);
        }

        [Test]
        public async Task A_new_key_is_found_at_once_and_the_old_one_is_over()
        {
            using var realm = Realm.Start();
            var verifier = Verifier(realm);
            var old = realm.Token();
            await verifier.Verify(old);
            _now = _now.AddSeconds(6);
            realm.Rotate();
            await verifier.Verify(realm.Token());
            Refused("no key \"first\"", verifier, old);
        }

        [Test]
        public async Task Invented_keys_do_not_flood_the_realm()
        {
            using var realm = Realm.Start();
            var verifier = Verifier(realm);
            await verifier.Verify(realm.Token());
            for (var i = 0; i < 20; i++) Refused("the realm has no key", verifier, realm.Token(by: new Signer($"invented-{i}")));
            Assert.AreEqual(1, realm.Asked);
        }

        [Test]
        public async Task Without_the_realm_its_last_keys_serve_for_ten_minutes()
        {
            var realm = Realm.Start();
            var verifier = Verifier(realm);
            var token = realm.Token(claims => claims["exp"] = Realm.In(3600));
            await verifier.Verify(token);
            realm.Dispose();
            _now = _now.AddMinutes(9);
            await verifier.Verify(token);
            _now = _now.AddMinutes(2);
            Unknown(verifier, token);
        }

        [Test]
        public void A_realm_that_never_answered_is_named()
        {
            var realm = Realm.Start();
            realm.Dispose();
            Unknown(Verifier(realm), realm.Token());
        }

        private Verifier Verifier(Realm realm) => new Verifier(Realm.Issuer, new KeySet(realm.Address, () => _now));

        private void Refused(string reason, Action<Dictionary<string, object>> change)
        {
            using var realm = Realm.Start();
            Refused(reason, realm, realm.Token(change));
        }

        private void Refused(string reason, Realm realm, string token) => Refused(reason, Verifier(realm), token);

        private static void Refused(string reason, Verifier verifier, string token)
        {
            var problem = Assert.Throws<Problem>(() => verifier.Verify(token).GetAwaiter().GetResult());
            Assert.AreEqual(401, problem.Status);
            StringAssert.Contains(reason, problem.Message);
        }

        private static void Unknown(Verifier verifier, string token)
        {
            var problem = Assert.Throws<Problem>(() => verifier.Verify(token).GetAwaiter().GetResult());
            Assert.AreEqual(503, problem.Status);
            StringAssert.Contains("the realm does not tell its keys at", problem.Message);
        }
    }
}
