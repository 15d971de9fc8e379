#!/bin/sh
echo "edge for $(hostname)"
