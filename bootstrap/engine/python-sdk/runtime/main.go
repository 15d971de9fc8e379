// The Python runtime of an engine that was built without access to the official images.
//
// Dependencies are installed before the sources are copied: an edit to the module does not install them again.
package main

import (
	"context"
	"path"
	"strings"

	"python-sdk/internal/dagger"
)

const (
	home    = "/src"
	project = "pyproject.toml"
	start   = `#!/usr/bin/env python3
import sys
from dagger.mod.cli import app

sys.exit(app(None, "--register" in sys.argv[1:]))
`
)

type PythonSdk struct{}

func New(
	// +optional
	sdkSourceDir *dagger.Directory,
) *PythonSdk {
	return &PythonSdk{}
}

// The official runtime generates a client; for a module without dependencies the one in the wheel is the same.
func (m *PythonSdk) Codegen(ctx context.Context, modSource *dagger.ModuleSource, introspectionJSON *dagger.File) (*dagger.GeneratedCode, error) {
	return dag.GeneratedCode(modSource.ContextDirectory()), nil
}

func (m *PythonSdk) ModuleRuntime(ctx context.Context, modSource *dagger.ModuleSource, introspectionJSON *dagger.File) (*dagger.Container, error) {
	subpath, err := modSource.SourceRootSubpath(ctx)
	if err != nil {
		return nil, err
	}
	name, err := modSource.ModuleOriginalName(ctx)
	if err != nil {
		return nil, err
	}
	source := modSource.ContextDirectory()
	workdir := path.Join(home, subpath)
	return base().
		WithWorkdir(workdir).
		WithFile(project, source.File(path.Join(subpath, project))).
		WithExec([]string{"uv", "pip", "install", "-q", "-r", project, "uv_build>=0.8,<1"}).
		WithDirectory(home, source).
		WithExec([]string{"sh", "-c", "uv pip install -q --no-deps --no-build-isolation -e . && python3 -m compileall -q ."}).
		WithEnvVariable("DAGGER_MODULE", name).
		WithEnvVariable("DAGGER_MAIN_OBJECT", pascal(name)).
		WithNewFile("/runtime", start, dagger.ContainerWithNewFileOpts{Permissions: 0o755}).
		WithEntrypoint([]string{"/runtime"}), nil
}

// What the module offers, as a file: the engine keeps it for as long as the sources stay, where the official runtime
// starts Python anew for it in every call.
func (m *PythonSdk) ModuleTypes(ctx context.Context, modSource *dagger.ModuleSource, introspectionJSON *dagger.File, outputFilePath string) (*dagger.Container, error) {
	runtime, err := m.ModuleRuntime(ctx, modSource, introspectionJSON)
	if err != nil {
		return nil, err
	}
	return runtime.
		WithEnvVariable("DAGGER_MODULE_FILE", outputFilePath).
		WithEntrypoint([]string{"/runtime", "--register"}), nil
}

func base() *dagger.Container {
	return dag.Container().
		From("python:3.11-slim").
		WithMountedCache("/root/.cache/uv", dag.CacheVolume("modpython-uv")).
		WithEnvVariable("PYTHONUNBUFFERED", "1").
		WithEnvVariable("UV_SYSTEM_PYTHON", "1").
		WithEnvVariable("UV_NATIVE_TLS", "1").
		WithEnvVariable("UV_LINK_MODE", "copy").
		WithEnvVariable("UV_COMPILE_BYTECODE", "1")
}

func pascal(name string) string {
	var words strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }) {
		words.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return words.String()
}
